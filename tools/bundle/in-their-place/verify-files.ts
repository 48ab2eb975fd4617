/** A service is verified by `paywright verify`, from the command line. */
export const verifyWithFiles = () => (): never => {
  throw new Error('a function verifies nothing');
};
