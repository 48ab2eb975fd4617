/** Of all that is asked of AWS here nothing is answered by a stream of events. */
export const eventStreamSerdeProvider = (): never => {
  throw new Error('a function reads no stream of events');
};

export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;
