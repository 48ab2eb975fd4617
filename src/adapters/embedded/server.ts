/** A database server of our own, run as a child process for machines that have none. */
export type EmbeddedServer = Readonly<{
  /** Where clients connect. */
  url: string;
  /** Ends the server, unless another process owns it. Data stays. */
  stop(): Promise<void>;
}>;
