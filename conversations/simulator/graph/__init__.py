"""Meta's Graph API besides sending: numbers, accounts, people, groups, goods. One file per noun, all addresses in routes.py."""
