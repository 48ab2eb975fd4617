import { beforeEach, describe, expect, it } from 'vitest';
import { approvalMessage } from '../../../src/domain/approvals/approval-message.ts';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import {
  type ApprovalQueue,
  HIDDEN_MS,
  type QueuedApproval,
  type ReceivedApproval,
} from '../../../src/ports/approvals/approval-queue.ts';
import { aCreation } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

/**
 * An empty queue, the clock that it goes by and a way past the time for which messages are hidden; a real one is told to hide
 * them for a shorter time. `settled` waits until the queue shows what was done to it.
 */
export type QueueScene = Readonly<{
  queue: ApprovalQueue;
  now: () => number;
  whileHidden: () => Promise<void>;
  settled: () => Promise<void>;
  close: () => Promise<void>;
}>;

/** For a queue that goes by the caller's clock. */
export function sceneByClock(queue: ApprovalQueue, close: () => Promise<void>): QueueScene {
  let now = NOON;
  return {
    queue,
    now: () => now,
    async whileHidden() {
      now += HIDDEN_MS;
    },
    settled: async () => {},
    close,
  };
}

const someMessages = (count: number, workDetails = { serviceType: 'Towing' }): readonly QueuedApproval[] =>
  Array.from({ length: count }, () => {
    const { payment, change } = aCreation();
    return {
      eventId: change.events[0]?.id ?? '',
      message: approvalMessage(payment, DEFAULT_POLICY, workDetails),
    };
  });

const paymentsOf = (messages: readonly Readonly<{ message: QueuedApproval['message'] }>[]) =>
  messages.map(({ message }) => message.body.paymentId).toSorted();

/** What every `ApprovalQueue` adapter promises. `open` gives an empty queue that shares nothing with the ones before. */
export function approvalQueueContract(
  adapter: string,
  open: () => Promise<QueueScene>,
  { hasMoves = true }: Readonly<{ hasMoves?: boolean }> = {},
): void {
  describe(`ApprovalQueue contract: ${adapter}`, () => {
    let scene: QueueScene;
    beforeEach(async () => {
      scene = await open();
      return () => scene.close();
    });

    const send = async (messages: readonly QueuedApproval[]) =>
      (await scene.queue.send(messages, scene.now()))._unsafeUnwrap();
    const receive = async (limit = 10) => (await scene.queue.receive(limit, scene.now()))._unsafeUnwrap();
    const remove = async (...received: readonly ReceivedApproval[]) =>
      (await scene.queue.remove(received.map(({ receipt }) => receipt)))._unsafeUnwrap();
    const depth = async () => (await scene.queue.depth(scene.now()))._unsafeUnwrap();
    /** What is received in as many receives as it takes: a queue may give less than it has. */
    const receiveAll = async (count: number) => {
      const all: ReceivedApproval[] = [];
      await expect
        .poll(
          async () => {
            all.push(...(await receive()));
            return all.length;
          },
          { interval: 1 },
        )
        .toBe(count);
      return all;
    };
    const letItDie = async (count: number) => {
      for (let receives = 1; receives <= 3; receives += 1) {
        const received = await receiveAll(count);
        expect(received.map((each) => each.receives)).toEqual(received.map(() => receives));
        await scene.whileHidden();
      }
      expect(await receive()).toEqual([]);
      await scene.settled();
    };

    it('gives every message that was sent, whole, and hides it from others', async () => {
      const messages = someMessages(23, { serviceType: 'Towing ü \ufffe \u0000 \ud800 ☕' });
      expect(await send(messages)).toEqual([]);
      const received = await receiveAll(23);
      expect(paymentsOf(received)).toEqual(paymentsOf(messages));
      expect(
        received.find(({ message }) => message.body.paymentId === messages[3]?.message.body.paymentId),
      ).toEqual({
        receipt: expect.any(String),
        receives: 1,
        message: messages[3]?.message,
      });
      expect(await receive()).toEqual([]);
      expect(await depth()).toEqual({ waiting: 0, hidden: 23, dead: 0 });
    });

    it('gives no message again that was removed, and one that was not when its time is over', async () => {
      await send(someMessages(2));
      const [first, second] = (await receiveAll(2)) as [ReceivedApproval, ReceivedApproval];
      await remove(first);
      await remove(first);
      await scene.whileHidden();
      const again = await receiveAll(1);
      expect(paymentsOf(again)).toEqual(paymentsOf([second]));
      expect(again[0]?.receives).toBe(2);
      await remove(...again);
      await scene.whileHidden();
      expect(await receive()).toEqual([]);
      expect(await depth()).toEqual({ waiting: 0, hidden: 0, dead: 0 });
    });

    it('gives at most as many as are asked for', async () => {
      await send(someMessages(5));
      expect((await receive(2)).length).toBeLessThanOrEqual(2);
      expect(await receive(0)).toEqual([]);
    });

    it('makes a message that is not removed a dead letter after its third receive, and leaves the others', async () => {
      const [poison] = someMessages(1) as [QueuedApproval];
      await send([poison]);
      await letItDie(1);
      expect(await depth()).toEqual({ waiting: 0, hidden: 0, dead: 1 });
      expect((await scene.queue.deadLetters(10, scene.now()))._unsafeUnwrap()).toEqual([poison.message]);
      await send(someMessages(1));
      expect(paymentsOf(await receiveAll(1))).not.toEqual(paymentsOf([poison]));
      expect(await depth()).toEqual({ waiting: 0, hidden: 1, dead: 1 });
    });

    it('sends nothing when there is nothing to send, and removes nothing without receipts', async () => {
      expect(await send([])).toEqual([]);
      await remove();
      expect(await depth()).toEqual({ waiting: 0, hidden: 0, dead: 0 });
    });

    if (hasMoves)
      it('lets dead letters wait again, as if they had never been received', async () => {
        const messages = someMessages(3);
        await send(messages);
        await letItDie(3);
        await send(someMessages(1));
        expect((await scene.queue.redrive(scene.now()))._unsafeUnwrap()).toEqual({ moved: 3 });
        expect((await scene.queue.redrive(scene.now()))._unsafeUnwrap()).toEqual({ moved: 0 });
        const received = await receiveAll(4);
        expect(received.map(({ receives }) => receives)).toEqual([1, 1, 1, 1]);
        expect(paymentsOf(received)).toEqual(expect.arrayContaining(paymentsOf(messages)));
      });
  });
}

/** What the stand-ins promise beside it: they know a message by its event, and rivals never receive the same one. */
export function approvalQueueStandInContract(adapter: string, open: () => Promise<QueueScene>): void {
  describe(`ApprovalQueue stand-in contract: ${adapter}`, () => {
    let scene: QueueScene;
    beforeEach(async () => {
      scene = await open();
      return () => scene.close();
    });

    it('has a message once that is sent twice, as after a crash, also while a consumer holds it', async () => {
      const messages = someMessages(2);
      const send = async () => (await scene.queue.send(messages, scene.now()))._unsafeUnwrap();
      await send();
      await send();
      const [received] = (await scene.queue.receive(1, scene.now()))._unsafeUnwrap();
      await send();
      expect(received?.receives).toBe(1);
      expect((await scene.queue.depth(scene.now()))._unsafeUnwrap()).toEqual({
        waiting: 1,
        hidden: 1,
        dead: 0,
      });
    });

    it('gives each of many consumers that receive at once other messages, and loses none', async () => {
      await scene.queue.send(someMessages(20), scene.now());
      const taken: string[] = [];
      for (let round = 0; round < 10 && taken.length < 20; round += 1) {
        const received = await Promise.all(
          Array.from({ length: 5 }, () => scene.queue.receive(3, scene.now())),
        );
        taken.push(...received.flatMap((each) => each._unsafeUnwrap()).map(({ receipt }) => receipt));
      }
      expect(new Set(taken).size).toBe(20);
      expect(taken).toHaveLength(20);
    });

    it('takes no receipt of before a message was received again', async () => {
      await scene.queue.send(someMessages(1), scene.now());
      const [stale] = (await scene.queue.receive(1, scene.now()))._unsafeUnwrap();
      await scene.whileHidden();
      await scene.queue.receive(1, scene.now());
      (await scene.queue.remove([stale?.receipt ?? '', 'not one of ours']))._unsafeUnwrap();
      expect((await scene.queue.depth(scene.now()))._unsafeUnwrap()).toEqual({
        waiting: 0,
        hidden: 1,
        dead: 0,
      });
    });
  });
}
