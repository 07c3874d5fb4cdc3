"""Who works in the invented shop, and who buys there. Every name and number is made up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group, User

from config import env
from conversations.access.roles import Role, sync_roles
from conversations.actions.presence import set_presence
from conversations.actor import Actor
from conversations.models import Department, DepartmentMember, Presence
from routing.models import AgentPlan

SEEDER = Actor.system("demo")
DOMAIN = "bottega-tramontana.example"
CAPACITY = 25  # generous, so that whoever tries the demo always meets somebody with a free place


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    first_name: str
    last_name: str
    role: Role
    teams: tuple[str, ...] = ()  # roles of the departments, as in shop.TEAMS
    supervises: tuple[str, ...] = ()
    tier: str = AgentPlan.Tier.L1


STAFF = (
    Person("admin", "Ada", "Conti", Role.ADMINISTRATOR),
    Person("editor", "Elio", "Marin", Role.EDITOR),
    Person("giulia", "Giulia", "Ferri", Role.AGENT, ("returns", "billing"), ("returns",), AgentPlan.Tier.L2),
    Person("noor", "Noor", "Haddad", Role.AGENT, ("orders", "returns")),
    Person("luca", "Luca", "Berti", Role.AGENT, ("orders", "billing")),
    Person("analyst", "Anna", "Riva", Role.ANALYST),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """`tier`, `tag`: what a CRM would have told of them; empty for most."""

    name: str
    number: str
    language: str = "it"
    tier: str = ""
    spend: int = 0
    tag: str = ""

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


ITALIANS = (
    "Sergio Lonati", "Ines Carraro", "Bruno Salis", "Carla Denti", "Dario Fusaro", "Elsa Gritti", "Fabio Nervi", "Gaia Pozzan",
    "Ilario Tesse", "Lidia Morra", "Mauro Zanin", "Nadia Corsi", "Orsola Bini", "Piero Valle", "Rita Scotti", "Silvano Peri",
    "Teresa Loy", "Ugo Marchi", "Vera Anselmi", "Zeno Baldi", "Agata Rossini", "Bice Forlan", "Cesare Dotti", "Delia Ruggi",
    "Ennio Sartor", "Flora Minghi", "Gino Abate", "Irma Colli", "Leo Tassi", "Mirta Galvan", "Nilo Ferraris", "Olga Pavan",
    "Pia Lorenzi", "Renzo Tiraboschi", "Sara Bonetti", "Tullio Greggi",
)  # fmt: skip

CUSTOMERS = (
    Customer("Marta Belluzzi", "393471200101", tier="high", spend=61_400, tag="Alto valore"),
    *(Customer(name, f"3934712002{place:02}") for place, name in enumerate(ITALIANS, 1)),
    Customer("Lorenza Poggi", "393471200299", tier="medium", spend=18_250, tag="Da seguire"),
    Customer("Olivia Brandt", "4915112300104", "en", tier="medium", spend=12_900, tag="In attesa"),
    Customer("Harriet Cole", "447700900117", "en"),
    Customer("Tom Ashdown", "447700900138", "en"),
    Customer("Grace Liddell", "447700900152", "en", tier="low", spend=640),
)


def make_staff(departments: dict[str, Department]) -> list[User]:
    """The accounts with their roles and teams; what is there is kept, but for the password, which follows the environment."""
    sync_roles()
    return [_account(person, departments) for person in STAFF]


@lru_cache(maxsize=1)
def demo_password() -> str:
    """Hashed once for all demo accounts: Argon2 is slow on purpose, and this password is no secret."""
    return make_password(env.DEMO_PASSWORD)


@lru_cache(maxsize=16)
def is_demo_password(hashed: str) -> bool:
    return bool(hashed) and check_password(env.DEMO_PASSWORD, hashed)


def _account(person: Person, departments: dict[str, Department]) -> User:
    user, _created = User.objects.get_or_create(
        username=person.username,
        defaults={
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": f"{person.username}@{DOMAIN}",
            "is_staff": person.role != Role.AGENT,
        },
    )
    if not is_demo_password(user.password):
        user.password = demo_password()
        user.save(update_fields=["password"])
    user.groups.add(Group.objects.get(name=person.role.value))
    for team in person.teams:
        DepartmentMember.objects.get_or_create(
            department=departments[team], user=user, defaults={"is_supervisor": team in person.supervises}
        )
    if person.role == Role.AGENT:
        AgentPlan.objects.get_or_create(user=user, defaults={"capacity": CAPACITY, "tier": person.tier})
        if not Presence.objects.filter(user=user).exists():
            set_presence(user=user, state=Presence.State.AVAILABLE, by=SEEDER)
    return user
