import { createRequire } from 'node:module';
import type * as Keys from './aws-keys.ts';
import type * as Messaging from './aws-messaging.ts';
import type * as Objects from './aws-objects.ts';
import type * as DynamoDb from './dynamodb-storages.ts';
import type * as Secrets from './kept-secrets.ts';

const load = createRequire(import.meta.url);

// Loaded when first used: the clients of AWS and what is written over them take a process some 10 MB and a tenth of a second to start, and
// on Postgres or in memory most processes use none. Node keeps what it has loaded. A function's bundle holds what it uses from the start
// (tools/bundle).
const dynamoDb = () => load('./dynamodb-storages.ts') as typeof DynamoDb;
const keys = () => load('./aws-keys.ts') as typeof Keys;
const messaging = () => load('./aws-messaging.ts') as typeof Messaging;
const objects = () => load('./aws-objects.ts') as typeof Objects;
const secrets = () => load('./kept-secrets.ts') as typeof Secrets;

export const openDynamoDb: typeof DynamoDb.openDynamoDb = (storage) => dynamoDb().openDynamoDb(storage);
export const openApprovalsDynamoDb: typeof DynamoDb.openApprovalsDynamoDb = (storage) =>
  dynamoDb().openApprovalsDynamoDb(storage);

export const openKms: typeof Keys.openKms = (settings) => keys().openKms(settings);
export const kmsRisks: typeof Keys.kmsRisks = (settings) => keys().kmsRisks(settings);

export const openSqs: typeof Messaging.openSqs = (settings) => messaging().openSqs(settings);
export const openEventBridge: typeof Messaging.openEventBridge = (settings) =>
  messaging().openEventBridge(settings);

export const openBucket: typeof Objects.openBucket = (place) => objects().openBucket(place);
export const bucketRisks: typeof Objects.bucketRisks = (place) => objects().bucketRisks(place);

export const secretPlaceRisks: typeof Secrets.secretPlaceRisks = (place) => secrets().secretPlaceRisks(place);
export const keptTokenSecrets: typeof Secrets.keptTokenSecrets = (place, terms) =>
  secrets().keptTokenSecrets(place, terms);
export const databaseCredentials: typeof Secrets.databaseCredentials = (place) =>
  secrets().databaseCredentials(place);
export const anyText: typeof Secrets.anyText = (place) => secrets().anyText(place);
