/** A function writes its log to one stream, from its one thread. */
export default function streams(): never {
  throw new Error('a function writes its log itself');
}
