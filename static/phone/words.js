// Interface text: English in the source, other languages as a dictionary of it.
export const language = document.documentElement.lang || "en";
let dictionary = {};

export async function loadWords() {
  if (language === "en") return;
  const answer = await fetch(`/static/phone/words.${language}.json`);
  if (answer.ok) dictionary = await answer.json();
}

/** Marks a text that t() is given later, in a list of labels. */
export const n = (text) => text;

/** t("Write as {name}", { name: "Marta" }) */
export function t(text, values = {}) {
  return (dictionary[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
