import fc from 'fast-check';
import { anyCodePoint } from './any-text.ts';
import type { Document, Schema } from './operations.ts';

const HOSTILE_TEXT = [
  '',
  '\0',
  '\ud800',
  '__proto__',
  "' OR 1=1 --",
  '<script>',
  '../../etc/passwd',
  '%00',
  '4242424242424242',
  '4242 4242 4242 4242',
  '\u202e',
  'x'.repeat(600),
  '{{7*7}}',
  '9'.repeat(30),
];

/** JSON texts that a service must refuse or keep as they are. */
export const HOSTILE_JSON = [
  '{"__proto__":{"x":1}}',
  '1e400',
  '-0',
  '9007199254740993',
  '"\\ud800"',
  '"\\u0000"',
  '{"a":1,"a":2}',
  '['.repeat(64) + ']'.repeat(64),
  'null',
  '1.5',
  '-1',
  '"100"',
  '{}',
  '[]',
];

/** Text that goes into the body as it is written, where a value would be printed. */
type Raw = Readonly<{ raw: string }>;
const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'raw';

/** The value as JSON, with raw texts in it as they are. */
export function printed(value: unknown): string {
  if (isRaw(value)) return value.raw;
  if (Array.isArray(value)) return `[${value.map(printed).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .map(([name, field]) => `${JSON.stringify(name)}:${printed(field)}`)
    .join(',')}}`;
}

/** Texts that a service must refuse or keep as they are. */
export const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXT),
  fc.string({ unit: anyCodePoint, maxLength: 40 }),
);
/** Values that a service must refuse or keep as they are. */
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...HOSTILE_JSON).map((raw): Raw => ({ raw })),
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
);

/** A value of the schema, mostly; `spoilt` in a hundred places hold something else. */
function valueOf(document: Document, schema: Schema, spoilt: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: hostileValue, weight: spoilt },
    { arbitrary: goodValueOf(document, schema, spoilt), weight: 100 - spoilt },
  );
}

/** As `valueOf`, but whole itself: what is spoilt is within. */
export function goodValueOf(document: Document, schema: Schema, spoilt: number): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/components/schemas/', '');
    return goodValueOf(document, document.components.schemas[name] ?? {}, spoilt);
  }
  if (schema.allOf !== undefined) {
    const parts = schema.allOf.map((part) => goodValueOf(document, part, spoilt));
    const own =
      schema.properties === undefined ? [] : [goodValueOf(document, { ...schema, allOf: [] }, spoilt)];
    return fc.tuple(...parts, ...own).map((values) => Object.assign({}, ...values) as unknown);
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const { type } = schema;
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') {
    const any = fc.maxSafeNat().map((n) => {
      const least = schema.minimum ?? 1;
      return least + (n % Math.min((schema.maximum ?? 100_000) - least + 1, 2 ** 52));
    });
    return schema.example === undefined ? any : fc.oneof(any, fc.constant(schema.example));
  }
  if (type === 'array')
    return fc.array(valueOf(document, schema.items ?? {}, spoilt), {
      minLength: schema.minItems ?? 0,
      maxLength: 5,
    });
  if (type === 'object' && schema.properties === undefined)
    return fc.dictionary(textOf(0x61, 0x7a, 1, 8), fc.string({ maxLength: 20 }), { maxKeys: 4 });
  if (type === 'object') return objectOf(document, schema, spoilt);
  if (schema.pattern !== undefined) return fc.oneof(patterned(schema), fc.constant(schema.example ?? 'x'));
  return fc.oneof(
    fc.string({ minLength: schema.minLength ?? 0, maxLength: 40 }),
    fc.constant(schema.example ?? 'x'),
  );
}

const METHODS = [
  'card',
  'bank_account',
  'test_declined',
  'test_insufficient_funds',
  'test_timeout_approved',
  'test_unavailable',
  'test_fee',
  'test_movement_refused',
];

/** Optional fields that would mostly end a request early: in how many of a hundred bodies they are. */
const RARE_FIELDS: Readonly<Record<string, number>> = { idempotency_key: 15, customer_id: 10 };

/** The value in so many of a hundred cases, else nothing. */
export const sometimes = <T>(percent: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary, weight: percent }, { arbitrary: fc.constant(undefined), weight: 100 - percent });

function objectOf(document: Document, schema: Schema, spoilt: number): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const value =
      name === 'payment_method'
        ? fc.oneof(
            { arbitrary: fc.constantFrom<unknown>(...METHODS), weight: 9 },
            valueOf(document, field, spoilt),
          )
        : valueOf(document, field, spoilt);
    const needed = schema.required?.includes(name) ?? false;
    return sometimes(needed ? 98 : (RARE_FIELDS[name] ?? 50), value).map((given) => [name, given] as const);
  });
  const extra = sometimes(spoilt, fc.tuple(hostileText, hostileValue));
  return fc
    .tuple(fc.tuple(...fields), extra)
    .map(([entries, surplus]) =>
      Object.fromEntries(
        [...entries, ...(surplus === undefined ? [] : [surplus])].filter(([, value]) => value !== undefined),
      ),
    );
}

/** Short texts of the pattern: long ones cost the generator more than they find. */
const patterned = ({ pattern = '' }: Schema) =>
  fc.stringMatching(new RegExp(pattern.replace(/\{1,\d+\}/, '{1,12}')));

/** Text over a range of characters. */
export const textOf = (first: number, last: number, minLength: number, maxLength: number) =>
  fc
    .uint8Array({ minLength, maxLength, max: last - first })
    .map((bytes) => String.fromCharCode(...bytes.map((byte) => byte + first)));
