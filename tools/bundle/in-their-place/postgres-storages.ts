const absent = (): never => {
  throw new Error('this bundle was made without postgres: make another with `npm run bundle`');
};

export const openPostgres = absent;
export const openApprovalsPostgres = absent;
