import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Connections = Readonly<{
  /** An answer is on its way on its connection, which is at rest once all of it has left. */
  answers(outgoing: ServerResponse): void;
  /**
   * Hangs up on connections at rest, on which nothing has come since. `unused`: also on those on which nothing ever came. Node's own
   * takes an answer that is made for one that has left, and cuts it off where its reader is slow.
   */
  hangUp(settings?: Readonly<{ unused?: boolean }>): void;
}>;

type Standing = { answering?: ServerResponse; bytesAtRest?: number };

/** The connections of a server from now on. */
export function connectionsOf(server: Server): Connections {
  const open = new Map<Socket, Standing>();
  server.on('connection', (socket: Socket) => {
    open.set(socket, {});
    socket.once('close', () => open.delete(socket));
  });
  return {
    answers(outgoing) {
      const { socket } = outgoing.req;
      const standing = open.get(socket);
      if (standing === undefined) return;
      standing.answering = outgoing;
      outgoing.once('close', () => {
        // The next of several that were sent at once has begun by then.
        if (standing.answering !== outgoing) return;
        delete standing.answering;
        standing.bytesAtRest = socket.bytesRead;
      });
    },
    hangUp({ unused = false } = {}) {
      for (const [socket, { answering, bytesAtRest = unused ? 0 : undefined }] of open)
        if (answering === undefined && socket.bytesRead === bytesAtRest) socket.destroySoon();
    },
  };
}
