/** Parameters of a request as Stripe nests them: texts, in objects and lists. */
export type Params = { [name: string]: string | Params | readonly string[] };

/** `metadata[order]=1&expand[0]=charge` as `{ metadata: { order: '1' }, expand: ['charge'] }`. */
export function parseForm(text: string): Params {
  const params: Params = Object.create(null);
  for (const [path, value] of new URLSearchParams(text)) {
    const [first = '', ...inner] = path.split('[').map((part) => part.replace(/\]$/, ''));
    put(params, [first, ...inner], value);
  }
  return params;
}

function put(into: Params, [name = '', ...inner]: readonly string[], value: string): void {
  const [next] = inner;
  if (next === undefined) into[name] = value;
  else if (inner.length === 1 && /^\d*$/.test(next)) into[name] = [...listIn(into, name), value];
  else put((into[name] = objectIn(into, name)), inner, value);
}

/** A list of texts; empty when it is absent or something else. */
export const listIn = (params: Params, name: string): readonly string[] => {
  const value = params[name];
  return Array.isArray(value) ? value : [];
};

/** An object of parameters; empty when it is absent or something else. */
export const objectIn = (params: Params, name: string): Params => {
  const value = params[name];
  return typeof value === 'object' && !Array.isArray(value) ? (value as Params) : Object.create(null);
};

/** A text; undefined when it is absent or something else. */
export const textIn = (params: Params, name: string): string | undefined => {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
};

/** `metadata` as an object of texts. An empty text takes its key away, as it does at Stripe. */
export const metadataIn = (
  params: Params,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => {
  const given = Object.entries(objectIn(params, 'metadata')).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return Object.fromEntries(
    Object.entries({ ...before, ...Object.fromEntries(given) }).filter(([, text]) => text !== ''),
  );
};
