/** Others changed it all the while. Nothing was written. */
export type ChangedMeanwhile = Readonly<{ kind: 'ChangedMeanwhile' }>;
