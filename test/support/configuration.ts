import { type Config, readConfig } from '../../src/entrypoints/cli/config.ts';
import { type Fault } from '../../src/entrypoints/cli/faults.ts';
import type { Environment } from '../../src/entrypoints/cli/read-variables.ts';

export const SECRET = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';
export const JWT_SECRET = 'u7Fk2Lq9XzR4mTb8WcYe1NdHg5JpVa3S';
const CUSTOMER_KEY = 'Zq3T8mW5xK1vB7nR2yL9cF4hJ6dG0sPaEuXiOwYtUbM';

export const read = (env: Environment) => readConfig(env, () => SECRET);
export const configOf = (env: Environment): Config => read(env)._unsafeUnwrap();
export const faultsOf = (env: Environment): readonly Fault[] => read(env)._unsafeUnwrapErr();
export const namesOf = (env: Environment) => faultsOf(env).map(({ name }) => name);

/** An environment that production accepts, with what the test is about laid over it. */
export const production = (changes: Environment = {}): Environment => ({
  STAGE: 'production',
  DATABASE_URL: 'postgres://app:pw@db.example:5432/paywright?sslmode=verify-full',
  JWT_JWKS_URL: 'https://id.example/.well-known/jwks.json',
  JWT_ISSUER: 'https://id.example',
  JWT_AUDIENCE: 'paywright',
  PAYWRIGHT_SECRET: SECRET,
  PAYWRIGHT_CUSTOMER_KEYS: `k1:${CUSTOMER_KEY}`,
  PAYWRIGHT_PROCESSOR: 'simulator',
  PAYWRIGHT_OBJECTS: 'folder',
  PAYWRIGHT_APPROVAL_QUEUE: 'storage',
  PAYWRIGHT_EVENT_BUS: 'storage',
  ...changes,
});

export const KMS_KEY = '11111111-1111-4111-8111-111111111111';
/** Keys of customers that KMS keeps. */
export const KMS = { KMS_KEY_ID: KMS_KEY, KMS_INDEX_KEY_ID: KMS_KEY };
/** Charges that go to Stripe, under a key of its test mode. */
export const onStripe = { PAYWRIGHT_PROCESSOR: 'stripe', STRIPE_SECRET_KEY: 'sk_test_ofthistest' };
/** Files in a bucket, and no region of it. */
export const BUCKET = { EXPORT_BUCKET: 'paywright-files' };

/** Tokens that the keys at `url` check. */
export const jwks = (url: string | undefined = 'https://id.example/jwks'): Environment => ({
  JWT_JWKS_URL: url,
  JWT_ISSUER: 'https://id.example',
  JWT_AUDIENCE: 'paywright',
});
