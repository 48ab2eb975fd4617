/** What one server holds for its clients. */
export type ServerLimits = Readonly<{
  /** More are closed as they come, and with them those that are idle. */
  maxConnections: number;
  /** How long a response may wait for its reader, in milliseconds, beside a second for every 16 KiB that wait. */
  writeTimeoutMs: number;
}>;

export type InFlightLimits = Readonly<{
  /** The most requests whose use cases run at once; as many again may wait. */
  maxInFlight: number;
  /** How long a request waits for its turn, in milliseconds. */
  maxWaitMs: number;
}>;

export const IN_FLIGHT_LIMITS: InFlightLimits = { maxInFlight: 256, maxWaitMs: 1_500 };

export const SERVER_LIMITS: ServerLimits = { maxConnections: 1_000, writeTimeoutMs: 20_000 };
