/**
 * Of calls that are made at once, so many at a turn of the event loop: a hundred streams that hear of one event hold up no request. A call
 * that is made again before its turn is made once.
 */
export function fewATurn(many: number): (call: () => void) => () => void {
  const waiting = new Set<() => void>();
  const turn = () => {
    for (const call of waiting.values().take(many)) {
      waiting.delete(call);
      call();
    }
    if (waiting.size > 0) setImmediate(turn);
  };
  return (call) => () => {
    if (waiting.size === 0) setImmediate(turn);
    waiting.add(call);
  };
}
