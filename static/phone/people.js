// How a person is shown: initials and a colour.
export const initials = (name) =>
  name
    .replace(/^\+/, "")
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();

/** One colour for a person everywhere. */
export const tone = (id) => `a${(id % 5) + 1}`;
