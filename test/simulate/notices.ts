import type { Failed } from '../crash/trial.ts';
import { type Correspondence, correspondence } from './correspondence.ts';
import type { World } from './world.ts';

/** That a dispute has turned, which the processor says until it is heard. */
export type Notice = Readonly<{ dispute: string }>;

const HEARD = { stage: 'final', text: 'heard' } as const;

/** The processor's notifications. Which of several comes first is not known, and none says more than where to look. */
export const noticesOf = (world: World): Correspondence<Notice, Notice> =>
  correspondence<Notice, Notice, unknown>(world, {
    nameOf: () => 'notice',
    wireOf: ({ request }) => request,
    serve: ({ useCases }, { dispute }, id) =>
      useCases
        .queueDispute({ id, dispute: { id: dispute }, requestId: id })
        .mapErr((failure): Failed => failure),
    replyOf: (result) => (result.isOk() ? HEARD : undefined),
    isKeyed: () => true,
  });
