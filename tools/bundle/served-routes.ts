import type { Node } from 'acorn';

/** Of the routes of an API, those that a function serves: the GETs, or all others. */
export type ServedMethods = 'get' | 'others';

const READERS = new Set(['query', 'approvals-get', 'approvals-pending']);
const WRITERS = new Set(['process', 'approvals-create', 'approvals-approve']);

/** Undefined for a function that is no API. Its handler picks the routes themselves; a route that is cut and picked fails the start. */
export function servedMethodsOf(name: string): ServedMethods | undefined {
  if (READERS.has(name)) return 'get';
  return WRITERS.has(name) ? 'others' : undefined;
}

type Property = Node & Readonly<{ key?: Node & Readonly<{ name?: string }>; value?: Node }>;

/** What a route says of itself. */
export type RouteNode = Node & Readonly<{ properties: readonly Property[] }>;

export const isRoute = (node: Node | undefined): node is RouteNode =>
  node?.type === 'ObjectExpression' &&
  (node as RouteNode).properties.some(({ key }) => key?.name === 'operationId');

/** What is left of a route that another function serves: that its path has it, for `Allow`. */
export const LISTED: ReadonlySet<string> = new Set(['method', 'path']);

/** In place of its handler, with which its schemas go. */
export const ABSENT = "() => { throw new Error('this bundle was made without this route') }";

/** A call that makes a route, its handler last before what it says of itself, when the function does not serve it. */
export function absentRoute(
  node: Node,
  serves: ServedMethods | undefined,
): Readonly<{ handler: Node; route: RouteNode }> | undefined {
  if (serves === undefined || node.type !== 'CallExpression') return undefined;
  const [handler, route] = (node as Node & Readonly<{ arguments: readonly Node[] }>).arguments.slice(-2);
  if (handler === undefined || !isRoute(route)) return undefined;
  const method = route.properties.find(({ key }) => key?.name === 'method')?.value;
  const named = (method as Readonly<{ value?: unknown }> | undefined)?.value;
  // One that is spread into the route is not looked for: it stays.
  if (typeof named !== 'string') return undefined;
  return (named === 'get') === (serves === 'get') ? undefined : { handler, route };
}
