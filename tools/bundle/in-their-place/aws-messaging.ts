const absent = (): never => {
  throw new Error('this function sends nothing to a queue or a bus');
};

export const openSqs = absent;
export const openEventBridge = absent;
