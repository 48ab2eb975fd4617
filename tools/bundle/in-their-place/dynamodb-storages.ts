const absent = (): never => {
  throw new Error('this bundle was made without dynamodb: make another with `npm run bundle`');
};

export const openDynamoDb = absent;
export const openApprovalsDynamoDb = absent;
