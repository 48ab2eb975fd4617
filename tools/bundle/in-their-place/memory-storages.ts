const absent = (): never => {
  throw new Error('this bundle was made without memory: make another with `npm run bundle`');
};

export const openMemory = absent;
export const openApprovalsMemory = absent;
