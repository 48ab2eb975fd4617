import type { Result, ResultAsync } from 'neverthrow';
import { type ReplyToClient, replyFaults } from '../crash/payments/replies.ts';
import type { Failed, Span } from '../crash/trial.ts';
import type { Send } from './sends-plan.ts';
import type { ServerProcess } from './server-process.ts';
import type { World } from './world.ts';

/** One request of a client's, with all that was heard of it. */
export type Asked<Request, Wire> = {
  readonly request: Request;
  readonly key: string;
  /** What goes over the wire, the same each time. Undefined as long as the client does not know what it is about. */
  wire: Wire | undefined;
  readonly replies: (ReplyToClient & Span)[];
  /** What the last try ended with. */
  last: string;
  /** Whose key it uses, with another payload. */
  readonly rival: Asked<Request, Wire> | undefined;
};

/** What clients ask one service for. */
export type Service<Request, Wire, Answer> = Readonly<{
  nameOf(request: Request): string;
  /** The request whose key another one uses; `none` when that one is not sent. */
  rivalOf?(request: Request, all: readonly Asked<Request, Wire>[]): Asked<Request, Wire> | undefined | 'none';
  wireOf(asked: Asked<Request, Wire>, all: readonly Asked<Request, Wire>[]): Wire | undefined;
  serve(process: ServerProcess, wire: Wire, key: string): ResultAsync<Answer, Failed>;
  /** Undefined for a failure after which the client comes back. */
  replyOf(result: Result<Answer, Failed>): ReplyToClient | undefined;
  /** Whether a repeat of it is given the answer again. */
  isKeyed(request: Request): boolean;
}>;

/** Clients that send requests, hear answers or none, and remember them. */
export type Correspondence<Request, Wire> = Readonly<{
  all: readonly Asked<Request, Wire>[];
  /** A new request, sent as often as it says, each time to the process that stands then. */
  ask(request: Request, sends: readonly Send[], processAt: (send: Send) => ServerProcess): void;
  /** Sends everything again that was ever sent, once. */
  askAgain(process: ServerProcess): void;
  /** Those whose last try got no answer. */
  unanswered(): readonly string[];
  /** Answers that contradict each other. */
  faults(): readonly string[];
}>;

const REUSED = 'IdempotencyKeyReused';

export function correspondence<Request, Wire, Answer>(
  world: World,
  service: Service<Request, Wire, Answer>,
): Correspondence<Request, Wire> {
  const all: Asked<Request, Wire>[] = [];
  let moment = 0;

  function send(
    asked: Asked<Request, Wire>,
    process: ServerProcess,
    how: Pick<Send, 'hurts' | 'isAnswerLost'>,
  ): void {
    asked.wire ??= service.wireOf(asked, all);
    const { wire, key } = asked;
    if (wire === undefined) return;
    const begun = ++moment;
    asked.last = 'nothing';
    process.task(
      key,
      how.hurts,
      () => service.serve(process, wire, key),
      (reply) => {
        if (how.isAnswerLost) world.note(`the answer to ${key} is lost`);
        else hear(asked, reply, begun);
      },
    );
  }

  function hear(asked: Asked<Request, Wire>, reply: Result<Answer, Failed>, begun: number): void {
    const heard = service.replyOf(reply);
    const said = heard?.text ?? (reply.isErr() ? reply.error.kind : '');
    world.note(`${asked.key} is answered ${said.split('\n', 1)[0]}`);
    asked.last = heard === undefined ? said : 'answered';
    if (heard !== undefined) asked.replies.push({ ...heard, begun, ended: ++moment });
  }

  return {
    all,
    ask(request, sends, processAt) {
      const rival = service.rivalOf?.(request, all);
      if (rival === 'none') return;
      const key = rival?.key ?? `${service.nameOf(request)}-${all.length}`;
      const asked = { request, key, wire: undefined, replies: [], last: 'nothing', rival };
      all.push(asked);
      for (const each of sends) world.loop.after(each.afterMs, () => send(asked, processAt(each), each));
    },
    askAgain(process) {
      for (const asked of all) send(asked, process, { hurts: [], isAnswerLost: false });
    },
    unanswered: () =>
      all
        .filter((asked) => asked.wire !== undefined && !isAnswered(asked))
        .map(({ key, last }) => `${key} got ${last}`),
    faults: () => [
      ...all
        .filter(({ request }) => service.isKeyed(request))
        .flatMap(({ key, replies }) => replyFaults(replies).map((fault) => `${key}: ${fault}`)),
      ...all
        .filter((asked) => asked.rival !== undefined && hasFinal(asked) && hasFinal(asked.rival))
        .map(({ key }) => `${key} was answered for two payloads`),
    ],
  };
}

type AnyAsked = Pick<Asked<unknown, unknown>, 'last' | 'replies'>;

/** The key may be the rival's. */
const isAnswered = (asked: AnyAsked): boolean =>
  asked.last === 'answered' || (asked.last === REUSED && !hasFinal(asked));

const hasFinal = ({ replies }: AnyAsked): boolean => replies.some(({ stage }) => stage === 'final');
