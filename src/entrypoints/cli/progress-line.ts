import type { Terminal } from './terminal.ts';

export type ProgressLine = Readonly<{ show(text: string): void; end(): void }>;

/** One line that is written over, where standard error is a person's screen; nothing elsewhere. */
export function progressLine(err: Terminal['err'], isSeen: boolean = process.stderr.isTTY): ProgressLine {
  let isOpen = false;
  return {
    show(text) {
      if (!isSeen) return;
      err(`\r\u001b[K${text}`);
      isOpen = true;
    },
    end() {
      if (isOpen) err('\n');
      isOpen = false;
    },
  };
}
