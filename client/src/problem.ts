import type { components } from './api.ts';
import type { ProblemCode } from './problem-codes.ts';
import { retryAfterOf } from './retry-after.ts';

type ProblemBody = components['schemas']['Problem'];

/** An answer that is no success. `message` is for people; what programs decide on is `code`. */
export class PaywrightProblem extends Error {
  override readonly name = 'PaywrightProblem';
  readonly status: number;
  /** What kind of problem it is, in a few words for people. */
  readonly title: string | undefined;
  /** One that this version of the client knows, or one of a newer server. */
  readonly code: ProblemCode | (string & {});
  readonly requestId: string | undefined;
  /** Seconds to wait before a repeat makes sense. */
  readonly retryAfter: number | undefined;
  /** What is wrong where in the request. */
  readonly errors: NonNullable<ProblemBody['errors']>;
  readonly paymentId: string | undefined;
  readonly transactionId: string | undefined;
  /** Under which the request was sent: a repeat under it is the same request. */
  readonly idempotencyKey: string | undefined;

  constructor(status: number, body: Partial<ProblemBody>, rest: Rest = {}) {
    super(body.detail ?? body.title ?? `The answer was ${status}, and no problem that paywright sends.`);
    this.status = status;
    this.title = body.title;
    this.code = body.code ?? 'unexpected_answer';
    this.requestId = body.request_id ?? rest.requestId;
    this.retryAfter = rest.retryAfter ?? body.retry_after;
    this.errors = body.errors ?? [];
    this.paymentId = body.payment_id;
    this.transactionId = body.transaction_id;
    this.idempotencyKey = rest.idempotencyKey;
  }
}

type Rest = Readonly<{
  requestId?: string | undefined;
  retryAfter?: number | undefined;
  idempotencyKey?: string | undefined;
}>;

/**
 * No answer came in all attempts, or not in time, or a success came without JSON, as a proxy's page does: whether anything happened is not
 * known. A repeat under `idempotencyKey` finds out, also from another process, and does nothing twice.
 */
export class PaywrightNoAnswer extends Error {
  override readonly name = 'PaywrightNoAnswer';
  readonly attempts: number;
  readonly idempotencyKey: string | undefined;

  constructor(attempts: number, idempotencyKey: string | undefined, cause: unknown) {
    super(`No answer in ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`, { cause });
    this.attempts = attempts;
    this.idempotencyKey = idempotencyKey;
  }
}

/** A whole number of an answer is beyond 2^53, where a JavaScript number is another one. `parseAs: 'text'` gives the digits. */
export class PaywrightInexactNumber extends Error {
  override readonly name = 'PaywrightInexactNumber';

  constructor() {
    super("An answer has a whole number beyond 2^53; ask with parseAs: 'text' and read its digits");
  }
}

/**
 * What an answer that is no success says, also one to a request that was sent without this client. A proxy's page, or half an answer, is a problem
 * with the code `unexpected_answer`. Reads the body.
 */
export async function problemOf(response: Response, idempotencyKey?: string): Promise<PaywrightProblem> {
  const body = bodyIn(await response.text());
  const { headers, status } = response;
  return new PaywrightProblem(status, body, {
    requestId: headers.get('x-request-id') ?? undefined,
    retryAfter: retryAfterOf(headers),
    idempotencyKey,
  });
}

function bodyIn(text: string): Partial<ProblemBody> {
  try {
    const body = JSON.parse(text) as Partial<ProblemBody> | null;
    return typeof body?.code === 'string' ? body : {};
  } catch {
    return {};
  }
}
