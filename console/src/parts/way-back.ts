import { type AnyRouter, useRouter } from '@tanstack/react-router';

const KEPT = 'paywright.way';

/** The address of each entry of this tab's history, by its place; kept as long as the history is. */
const addresses: string[] = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');

/** By the key of an entry: the link of its page that was followed from it. */
const followed = new Map<string, string>();

const focused = (): HTMLElement => document.activeElement as HTMLElement;

/** Keeps where entries of the history lead, and gives the focus to the link that was followed from an entry when it is gone back to. */
export function keepWayBack(router: AnyRouter): void {
  let stop = (): void => {};
  router.subscribe('onBeforeNavigate', ({ fromLocation }) => {
    stop();
    const link = focused().closest('#page a[href]')?.getAttribute('href');
    if (fromLocation !== undefined && link) followed.set(fromLocation.state.__TSR_key ?? '', link);
  });
  router.subscribe('onRendered', ({ toLocation: { publicHref, state } }) => {
    addresses[state.__TSR_index] = publicHref;
    sessionStorage.setItem(KEPT, JSON.stringify(addresses));
    const link = followed.get(state.__TSR_key ?? '');
    if (link !== undefined) stop = focusOnce(`#page a[href="${CSS.escape(link)}"]`);
  });
}

/** Gives the focus to an element as soon as it is there, unless something else has it by then. */
function focusOnce(selector: string): () => void {
  const seeing = new MutationObserver(() => look());
  const look = (): void => {
    const element = document.querySelector<HTMLElement>(selector);
    if (element === null && focused() === document.body) return;
    seeing.disconnect();
    if (focused() === document.body) element?.focus();
  };
  seeing.observe(document.body, { childList: true, subtree: true });
  look();
  return () => seeing.disconnect();
}

/** Goes back where the entry before this one is at such an address; says whether it is. */
function wentBack({ history }: AnyRouter, isThere: (address: string) => boolean): boolean {
  const before = addresses[history.location.state.__TSR_index - 1];
  if (before === undefined || !isThere(before)) return false;
  history.back();
  return true;
}

/** Back to a page as it was left, where it was left from; says whether it was. */
export function useBackTo(to: string): () => boolean {
  const router: AnyRouter = useRouter();
  return () => {
    const { publicHref } = router.buildLocation({ to });
    return wentBack(router, (address) => address.split('?', 1)[0] === publicHref);
  };
}

/** Closes what the address has open: back to the entry that it was opened from, or where there is none, in the place of this one. */
export function useClose(): (search: Readonly<Record<string, string | undefined>>) => void {
  const router: AnyRouter = useRouter();
  return (search) => {
    const closed = { to: '.', search } as const;
    const { publicHref } = router.buildLocation(closed);
    if (!wentBack(router, (address) => address === publicHref))
      void router.navigate({ ...closed, replace: true });
  };
}
