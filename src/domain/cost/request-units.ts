import { dividedBy, type Fraction, fraction, plus, times, whole } from './fraction.ts';
import { MEASURED } from './measured-capacity.ts';

/** What one request takes of the table: units of DynamoDB, and bytes that stay as long as the payment is kept. */
export type RequestUnits = Readonly<{
  writes: Fraction;
  indexWrites: Fraction;
  reads: Fraction;
  indexReads: Fraction;
  streamReads: Fraction;
  bytes: Fraction;
}>;

/** A way of counting: what each kind of request takes, and what a month and a backup are. */
export type CostModel = Readonly<{
  /** Of these `payment` and `read` are in each model, and `refund` is where refunds are counted. */
  requests: Readonly<Record<string, RequestUnits>> & Readonly<{ payment: RequestUnits; read: RequestUnits }>;
  daysOfMonth: Fraction;
  /** How much of what is stored is paid for as a backup. */
  backedUp: Fraction;
}>;

/** What no request takes. */
export const NO_REQUESTS: RequestUnits = {
  writes: whole(0n),
  indexWrites: whole(0n),
  reads: whole(0n),
  indexReads: whole(0n),
  streamReads: whole(0n),
  bytes: whole(0n),
};

const THREE_INDEXES = times(whole(3n), times(fraction('0.2'), fraction('1.25')));

/**
 * The formula of `classic-2024`: three writes of 2 KiB and one stream read for a transaction, a unit each whatever the
 * size, and three indexes that each add a fifth of the requests at a quarter more.
 */
const CLASSIC: CostModel = {
  requests: {
    payment: {
      ...NO_REQUESTS,
      writes: whole(3n),
      indexWrites: times(whole(3n), THREE_INDEXES),
      streamReads: whole(1n),
      bytes: whole(3n * 2_048n),
    },
    read: { ...NO_REQUESTS, reads: whole(1n), indexReads: THREE_INDEXES },
  },
  daysOfMonth: whole(30n),
  backedUp: fraction('0.5'),
};

type Measured = (typeof MEASURED.requests)[keyof typeof MEASURED.requests];

const measured = ({ writes, index_writes, reads, bytes }: Measured): RequestUnits => ({
  ...NO_REQUESTS,
  writes: fraction(`${writes}`),
  indexWrites: fraction(`${index_writes}`),
  reads: fraction(`${reads}`),
  bytes: fraction(`${bytes}`),
});

/**
 * What paywright's own operations were measured to take, relaying their events included. Lambda reads the stream free of
 * charge, and servers do not read it.
 */
const PAYWRIGHT: CostModel = {
  requests: {
    payment: measured(MEASURED.requests.payment),
    read: measured(MEASURED.requests.read),
    refund: measured(MEASURED.requests.refund),
    authorization: measured(MEASURED.requests.authorization),
    capture: measured(MEASURED.requests.capture),
    void: measured(MEASURED.requests.void),
  },
  daysOfMonth: dividedBy(whole(365n), whole(12n)),
  backedUp: whole(1n),
};

export const MODELS = { paywright: PAYWRIGHT, 'classic-2024': CLASSIC } as const;

/** Which way of counting an estimate is made in. */
export type Preset = keyof typeof MODELS;

export const PRESETS = Object.keys(MODELS) as readonly Preset[];

/** Of a kind that the model does not count: nothing. */
export const unitsOf = ({ requests }: CostModel, kind: string): RequestUnits => requests[kind] ?? NO_REQUESTS;

/** So many requests together with others. */
export const withRequests = (sum: RequestUnits, units: RequestUnits, count: Fraction): RequestUnits => ({
  writes: plus(sum.writes, times(units.writes, count)),
  indexWrites: plus(sum.indexWrites, times(units.indexWrites, count)),
  reads: plus(sum.reads, times(units.reads, count)),
  indexReads: plus(sum.indexReads, times(units.indexReads, count)),
  streamReads: plus(sum.streamReads, times(units.streamReads, count)),
  bytes: plus(sum.bytes, times(units.bytes, count)),
});
