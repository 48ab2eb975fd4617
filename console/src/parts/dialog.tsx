import { X } from 'lucide-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Waiting } from './waiting.tsx';

type Props = Readonly<{
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** At the right edge and as high as the window. */
  drawer?: boolean;
}>;

/** The browser's own modal dialog: it gives the focus to what has `data-first`, keeps it, closes by Escape or a press beside it, and gives the focus back. */
export function Dialog({ title, onClose, children, drawer = false }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const isTold = useRef(false);
  // In the event that closes it: the browser tells of that in a later one, before which the same dialog may have been asked for again.
  const tell = () => {
    if (isTold.current) return;
    isTold.current = true;
    onClose();
  };
  const close = () => {
    element.current?.close();
    tell();
  };
  // Closed while it is still there, as one that is gone gives no focus back.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={heading}
      onCancel={(event) => {
        // A choice of a file that is given up is none of the dialog.
        if (event.target === event.currentTarget) close();
      }}
      onClose={() => {
        if (element.current?.open === false) tell();
      }}
      onMouseDown={(event) => {
        const { currentTarget: dialog, clientX: x, clientY: y } = event;
        const { left, right, top, bottom } = dialog.getBoundingClientRect();
        // A choice that is open has its list beside the dialog, too.
        if (event.target !== dialog || (x >= left && x <= right && y >= top && y <= bottom)) return;
        event.preventDefault();
        // What was typed, and a secret that is shown this once, is not lost by a press beside it.
        if (drawer || dialog.querySelector('form, pre') === null) close();
      }}
      className={
        drawer
          ? 'mr-0 h-dvh max-h-none w-[min(40rem,100%)] max-w-none border-l border-line bg-raised shadow-2xl'
          : 'w-[min(28rem,calc(100vw-2rem))] rounded-xl border border-line bg-raised shadow-2xl'
      }
    >
      <div className="flex flex-col">
        <div className="relative flex items-center justify-between gap-3 border-b border-line px-5 py-3">
          <h2 id={heading} className="font-semibold">
            {title}
          </h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={close}>
            <X aria-hidden className="size-4" />
          </button>
          <Waiting />
        </div>
        <div className="px-5 py-4">{children}</div>
      </div>
    </dialog>
  );
}
