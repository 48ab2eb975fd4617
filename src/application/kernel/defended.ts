/** The same promise, begun before it is awaited, which may be never: a defect is thrown where it is awaited, and ends no process until then. */
export function defended<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
