import { useEffect, useRef } from 'react';

export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;

/** How long the second key of a pair such as `g p` may take. */
const PAIR_MS = 1_000;

/**
 * Keys of the page, which count while no dialog is open and no text is typed; those with `mod+` count always. Of a pair
 * such as `g p` the keys are pressed one after the other, and the second counts for nothing else.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    let before = { key: '', at: 0 };
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const mod = event.metaKey || event.ctrlKey;
      if (!mod && (event.altKey || isTyping(event) || document.querySelector('dialog[open]') !== null))
        return;
      const pair = event.timeStamp - before.at < PAIR_MS ? `${before.key} ${event.key}` : '';
      const found =
        current.current[mod ? `mod+${event.key.toLowerCase()}` : pair] ??
        (mod || pair.startsWith('g ') ? undefined : current.current[event.key]);
      before = { key: event.key, at: event.timeStamp };
      if (found === undefined) return;
      event.preventDefault();
      found(event);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

/** Moves the focus among the rows of a page, which are its elements with `data-row`. */
export function moveRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = rows[at < 0 ? (by === 1 ? 0 : rows.length - 1) : at + by];
  next?.focus();
}
