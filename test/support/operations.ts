/** What tests need of a JSON schema; `$ref`s lead into the document. */
export type Schema = Readonly<{
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  allOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  items?: Schema;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  example?: unknown;
}>;

type Parameter = Readonly<{ name: string; in: string; schema: Schema; example?: unknown }>;
/** A route and a method of it, as the document describes them. */
export type Operation = Readonly<{
  security?: readonly object[];
  parameters?: readonly Parameter[];
  requestBody?: Readonly<{
    required?: boolean;
    content: Readonly<Record<string, Readonly<{ schema: Schema }>>>;
  }>;
  responses: Readonly<Record<string, unknown>>;
}>;

/** The OpenAPI document, as far as tests read it. */
export type Document = Readonly<{
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, Schema>> }>;
}>;

/** Every operation of the document, with the statuses that its answers may have. */
export const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      method,
      path,
      operation,
      statuses: Object.keys(operation.responses).map(Number),
    })),
  );
