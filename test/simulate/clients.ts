import type { Result, ResultAsync } from 'neverthrow';
import type { Responded } from '../../src/application/kernel/idempotency.ts';
import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import { type ReplyToClient, replyFaults, replyToClient } from '../crash/payments/replies.ts';
import type { Failed, Span } from '../crash/trial.ts';
import { origin } from '../fixtures/changes.ts';
import type { PlatformRequest, Send } from './plan.ts';
import type { ServerProcess } from './server-process.ts';
import { MERCHANTS, type World } from './world.ts';

/** What goes over the wire: the same value again is the same request again. */
type Wire =
  | Readonly<{ to: 'process'; merchantId: MerchantId; amount: bigint; method: string; isHeld: boolean }>
  | Readonly<{
      to: 'modify';
      merchantId: MerchantId;
      paymentId: PaymentId;
      modification: ModificationRequest;
    }>
  | Readonly<{ to: 'confirm'; merchantId: MerchantId; paymentId: PaymentId }>
  | Readonly<{ to: 'transfer'; merchantId: MerchantId; amount: bigint }>;

/** One request of a client's, with all that was heard of it. */
type Asked = {
  readonly request: PlatformRequest;
  key: string;
  /** Undefined as long as the client does not know the payment that it is about. */
  wire: Wire | undefined;
  readonly replies: (ReplyToClient & Span)[];
  /** What the last try ended with that was no answer. */
  last: string;
  rival: Asked | undefined;
};

/** Clients that send requests, hear answers or none, and remember them. */
export type Clients = Readonly<{
  /** A new request, sent as often as it says, each time to the process that stands then. */
  ask(request: PlatformRequest, sends: readonly Send[], processAt: (send: Send) => ServerProcess): void;
  /** The payment that is the client's `of`th, when it knows it by now. */
  payment(of: number): PaymentId | undefined;
  /** Sends everything again that was ever sent, once. */
  askAgain(process: ServerProcess): void;
  /** How many have no answer that stands. */
  unanswered(): readonly string[];
  /** Answers that contradict each other. */
  faults(): readonly string[];
}>;

export function clientsOf(world: World): Clients {
  const all: Asked[] = [];
  let moment = 0;
  const { loop } = world;

  const takings = () => all.filter(({ request }) => request.type === 'process');
  function takingAt(of: number): Asked | undefined {
    const asked = takings();
    return asked[of % Math.max(1, asked.length)];
  }
  const idFrom = (asked: Asked | undefined): PaymentId | undefined => {
    const text = asked?.replies
      .map((reply) => /pay_[0-9a-f]{32}/.exec(reply.text)?.[0])
      .find((id) => id !== undefined);
    return text as PaymentId | undefined;
  };

  function wireOf(asked: Asked): Wire | undefined {
    const { request } = asked;
    switch (request.type) {
      case 'process': {
        const { amount, method, isHeld } = request;
        return { to: 'process', merchantId: MERCHANTS[request.merchant], amount, method, isHeld };
      }
      case 'transfer':
        return { to: 'transfer', merchantId: MERCHANTS[request.merchant], amount: request.amount };
      case 'reuse':
        return asked.rival?.wire === undefined ? undefined : anotherPayload(asked.rival.wire);
      case 'capture':
      case 'refund':
      case 'void':
      case 'confirm': {
        const about = takingAt(request.of);
        const paymentId = idFrom(about);
        if (paymentId === undefined || about?.request.type !== 'process') return undefined;
        const merchantId = MERCHANTS[about.request.merchant];
        if (request.type === 'confirm') return { to: 'confirm', merchantId, paymentId };
        const modification = modificationOf(request);
        return { to: 'modify', merchantId, paymentId, modification };
      }
    }
  }

  function serve({ useCases }: ServerProcess, wire: Wire, key: string): ResultAsync<Responded, Failed> {
    const { merchantId } = wire;
    const asked = { merchantId, idempotencyKey: key, origin };
    switch (wire.to) {
      case 'process':
        return useCases.processPayment({
          ...asked,
          amount: money(wire.amount, 'USD'),
          paymentMethod: wire.method,
          captureMethod: wire.isHeld ? 'manual' : 'automatic',
        });
      case 'modify':
        return useCases.modifyPayment({
          ...asked,
          paymentId: wire.paymentId,
          modification: wire.modification,
        });
      case 'confirm':
        return useCases
          .confirmPayment({ merchantId, paymentId: wire.paymentId, origin })
          .map((response) => ({ response, replayed: false }));
      case 'transfer': {
        const destinationMerchantId = MERCHANTS[merchantId === MERCHANTS[0] ? 1 : 0];
        return useCases.transferMoney({ ...asked, destinationMerchantId, amount: money(wire.amount, 'USD') });
      }
    }
  }

  function send(
    asked: Asked,
    process: ServerProcess,
    { hurts, isAnswerLost }: Pick<Send, 'hurts' | 'isAnswerLost'>,
  ): void {
    asked.wire ??= wireOf(asked);
    const { wire, key } = asked;
    if (wire === undefined) return;
    const begun = ++moment;
    asked.last = 'nothing';
    process.task(
      `${wire.to} ${key}`,
      hurts,
      () => serve(process, wire, key),
      (reply) => {
        if (isAnswerLost) return world.note(`the answer to ${key} is lost`);
        hear(asked, reply, begun);
      },
    );
  }

  function hear(asked: Asked, reply: Result<Responded, Failed>, begun: number): void {
    const heard = replyToClient(reply);
    const said = heard?.text ?? (reply.isErr() ? reply.error.kind : '');
    world.note(`${asked.key} is answered ${said.split('\n', 1)[0]}`);
    asked.last = heard === undefined ? said : 'answered';
    if (heard !== undefined) asked.replies.push({ ...heard, begun, ended: ++moment });
  }

  return {
    ask(request, sends, processAt) {
      const rivals = all.filter(
        ({ request: { type } }) => type !== 'reuse' && type !== 'confirm' && type !== 'void',
      );
      const rival = request.type === 'reuse' ? rivals[request.of % Math.max(1, rivals.length)] : undefined;
      if (request.type === 'reuse' && rival === undefined) return;
      const asked: Asked = {
        request,
        key: rival?.key ?? `${request.type}-${all.length}`,
        wire: undefined,
        replies: [],
        last: 'nothing',
        rival,
      };
      all.push(asked);
      for (const each of sends) loop.after(each.afterMs, () => send(asked, processAt(each), each));
    },
    payment: (of) => idFrom(takingAt(of)),
    askAgain(process) {
      for (const asked of all) send(asked, process, { hurts: [], isAnswerLost: false });
    },
    unanswered: () =>
      all
        .filter((asked) => asked.wire !== undefined && !isAnswered(asked))
        .map(({ key, last }) => `${key} got ${last}`),
    faults: () => [
      ...all
        .filter(({ request }) => request.type !== 'confirm')
        .flatMap(({ key, replies }) => replyFaults(replies).map((fault) => `${key}: ${fault}`)),
      ...all.filter(isDoubled).map(({ key }) => `${key} was answered for two payloads`),
    ],
  };
}

/** The key may be the rival's. */
const isAnswered = (asked: Asked): boolean =>
  asked.last === 'answered' || (asked.last === REUSED && !hasFinal(asked));

const REUSED = 'IdempotencyKeyReused';

const hasFinal = ({ replies }: Asked): boolean => replies.some(({ stage }) => stage === 'final');

const isDoubled = (asked: Asked): boolean =>
  asked.rival !== undefined && hasFinal(asked) && hasFinal(asked.rival);

function modificationOf(
  request: Extract<PlatformRequest, { type: 'capture' | 'refund' | 'void' }>,
): ModificationRequest {
  switch (request.type) {
    case 'capture':
      return { type: 'capture', amount: request.amount, final: request.isFinal };
    case 'refund':
      return { type: 'refund', amount: request.amount };
    case 'void':
      return { type: 'void' };
  }
}

/** The same request of another amount. */
function anotherPayload(wire: Wire): Wire {
  if (wire.to === 'process' || wire.to === 'transfer') return { ...wire, amount: wire.amount + 1n };
  if (wire.to === 'confirm' || wire.modification.type === 'void') return wire;
  const { modification } = wire;
  return { ...wire, modification: { ...modification, amount: (modification.amount ?? 0n) + 1n } };
}
