import { OpenAPIHono } from '@hono/zod-openapi';
import type { Resource } from '../server/route.ts';

/** The head of the document; paths and schemas come from the routes themselves. */
const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'paywright',
    version: '1',
    description:
      'Amounts are integers in minor units. Times are RFC 3339 in UTC. Failures are RFC 9457 problems.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
};

const BEARER = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description:
    'A token that contradicts itself is answered 401: `vendor_id` and `custom:vendor_id`, `role` and `custom:role`, or `merchant_id` and `custom:merchant_id` that differ, or a role that is none of the roles in `cognito:groups`. `email` and `custom:email` both count.',
} as const;

type Made = Readonly<{ resources: readonly Resource<never>[]; text: string }>;

const made: Made[] = [];

/** The OpenAPI 3.1 document of these resources, in their order, as JSON text: made once for each list of them, in some 50 to 100 ms. */
export function documentOf(resources: readonly Resource<never>[]): string {
  const known = made.find(({ resources: of }) => isSameList(of, resources));
  if (known !== undefined) return known.text;
  const text = newDocument(resources);
  made.push({ resources, text });
  return text;
}

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);

function newDocument(resources: readonly Resource<never>[]): string {
  const described = new OpenAPIHono();
  for (const { routes } of resources)
    for (const route of routes) described.openAPIRegistry.registerPath(route.described);
  described.openAPIRegistry.registerComponent('securitySchemes', 'bearer', BEARER);
  const tags = new Map(resources.map(({ tag }) => [tag.name, tag]));
  return JSON.stringify(described.getOpenAPI31Document({ ...DOCUMENT, tags: [...tags.values()] }));
}
