// What a browser gives to the page's modules, and a look at what they draw. Imported before them.
globalThis.document ??= { documentElement: { lang: "en" } };

const WITH_HOOKS = new Set(["Actions", "RowsOfList"]); // need a living page: tests/browser has them

/** A preact tree with its components called, as plain { tag, props, children } and strings. */
export function drawn(node) {
  if (node == null || typeof node === "boolean") return [];
  if (Array.isArray(node)) return node.flatMap(drawn);
  if (typeof node !== "object") return [String(node)];
  if (typeof node.type === "function") return WITH_HOOKS.has(node.type.name) ? [] : drawn(node.type(node.props));
  const { children, ...props } = node.props;
  return [{ tag: node.type, props, children: drawn(children) }];
}

export const textOf = (nodes) => nodes.map((node) => (typeof node === "string" ? node : textOf(node.children))).join("");

export function find(nodes, test) {
  return nodes.flatMap((node) => (typeof node === "string" ? [] : [...(test(node) ? [node] : []), ...find(node.children, test)]));
}

export const withClass = (name) => (node) => String(node.props.class ?? "").split(" ").includes(name);
