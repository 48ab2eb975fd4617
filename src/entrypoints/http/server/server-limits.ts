/** What one server holds for its clients. */
export type ServerLimits = Readonly<{
  /** More are closed as they come, and with them those that are idle. */
  maxConnections: number;
  /** How long a response may wait for its reader, in milliseconds, beside a second for every 16 KiB that wait. */
  writeTimeoutMs: number;
}>;

export const SERVER_LIMITS: ServerLimits = { maxConnections: 1_000, writeTimeoutMs: 20_000 };
