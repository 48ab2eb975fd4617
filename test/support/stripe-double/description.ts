import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import { STRIPE_DESCRIPTION } from '../aws-emulators.ts';

/** Of the file that stripe-mock 0.203.0 embeds. */
const SHA256 = 'f0e0fc8fffbffda45bf5f3df59846443c1d47a3cfcbfae232eedf4743124ebee';

/**
 * Schemas that the double's answers are made of. What any other would describe the double never says: such a property
 * matches nothing but null or its absence, and an unexpanded object only its id.
 */
const SPOKEN = new Set(
  [
    'payment_intent payment_intent_next_action payment_intent_next_action_redirect_to_url',
    'payment_intent_payment_method_options payment_intent_payment_method_options_card',
    'charge billing_details charge_outcome payment_method_details payment_method_details_card',
    'payment_flows_private_payment_methods_card_details_api_resource_multicapture',
    'refund transfer transfer_reversal balance_transaction fee payout',
    'dispute dispute_evidence dispute_evidence_details dispute_enhanced_eligibility dispute_enhanced_evidence',
    'event notification_event_data notification_event_request error api_errors',
  ].flatMap((names) => names.split(' ')),
);

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Schema = { [name: string]: Json };

type Description = Readonly<{
  /** The version of the API that it describes. */
  version: string;
  /** What of an object of that name (`payment_intent`, `error`, …) is not as described; undefined when all of it is. */
  faultsOf(name: string, body: unknown): string | undefined;
  /** Names of parameters that an endpoint takes, and whether it exists. `path` is Stripe's: `/v1/refunds/{refund}`. */
  parameters(method: string, path: string): ReadonlySet<string> | undefined;
}>;

let read: Description | undefined;

/** Read and compiled once a process: a third of a second of CPU. */
export function stripeDescription(): Description {
  read ??= readDescription();
  return read;
}

function readDescription(): Description {
  const bytes = readFileSync(STRIPE_DESCRIPTION);
  if (createHash('sha256').update(bytes).digest('hex') !== SHA256)
    throw new Error(
      `${STRIPE_DESCRIPTION} is not the description that the double was written for: npm run emulators`,
    );
  const whole = JSON.parse(bytes.toString()) as {
    info: { version: string };
    paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    components: { schemas: Readonly<Record<string, Schema>> };
  };
  const ajv = new Ajv({ strict: false, inlineRefs: false });
  for (const name of SPOKEN)
    ajv.addSchema(asJsonSchema(whole.components.schemas[name] ?? false) as AnySchema, name);
  return {
    version: whole.info.version,
    faultsOf(name, body) {
      const validate = ajv.getSchema(name) as ValidateFunction | undefined;
      if (validate === undefined) return `${name} is not among the schemas that the double speaks`;
      return validate(body) ? undefined : ajv.errorsText(validate.errors, { dataVar: name });
    },
    parameters(method, path) {
      const operation = whole.paths[path]?.[method.toLowerCase()];
      if (operation === undefined) return undefined;
      const form = operation.requestBody?.content['application/x-www-form-urlencoded']?.schema.properties;
      const query = operation.parameters?.filter((each) => each.in === 'query').map((each) => each.name);
      return new Set([...Object.keys(form ?? {}), ...(query ?? [])]);
    },
  };
}

type Operation = Readonly<{
  parameters?: readonly Readonly<{ name: string; in: string }>[];
  requestBody?: {
    content: Readonly<Record<string, { schema: { properties?: Readonly<Record<string, Json>> } }>>;
  };
}>;

/** OpenAPI 3.0 as JSON Schema, narrowed to what the double speaks; no object has properties that are not described. */
function asJsonSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(asJsonSchema);
  if (schema === null || typeof schema !== 'object') return schema;
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.slice('#/components/schemas/'.length);
    return SPOKEN.has(name) ? { $ref: name } : false;
  }
  const converted: Schema = {};
  for (const keyword of [
    'type',
    'enum',
    'maxLength',
    'pattern',
    'required',
    'items',
    'anyOf',
    'additionalProperties',
  ])
    if (schema[keyword] !== undefined)
      converted[keyword] = ['items', 'anyOf', 'additionalProperties'].includes(keyword)
        ? asJsonSchema(schema[keyword])
        : schema[keyword];
  const properties = schema['properties'];
  if (typeof properties === 'object' && properties !== null && !Array.isArray(properties)) {
    converted['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, asJsonSchema(property)]),
    );
    converted['additionalProperties'] ??= false;
  }
  return schema['nullable'] === true ? { anyOf: [converted, { type: 'null' }] } : converted;
}
