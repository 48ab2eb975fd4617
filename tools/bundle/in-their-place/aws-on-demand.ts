export { kmsRisks, openKms } from '../../../src/composition/aws-keys.ts';
export { openEventBridge, openSqs } from '../../../src/composition/aws-messaging.ts';
export { bucketRisks, openBucket } from '../../../src/composition/aws-objects.ts';
export { openApprovalsDynamoDb, openDynamoDb } from '../../../src/composition/dynamodb-storages.ts';
export {
  anyText,
  databaseCredentials,
  keptTokenSecrets,
  secretPlaceRisks,
} from '../../../src/composition/kept-secrets.ts';
