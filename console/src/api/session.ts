import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { chosenMerchant } from './address.ts';
import { fetchAnswer, SESSION } from './api.ts';
import { isPassing, statusOf } from './problem.ts';

/** Who is logged in, as `/console/session` says; what is read is of the merchant that the token names, or which was chosen. */
export type Session = Readonly<{
  subject: string;
  merchant_id?: string;
  /** Whether the token names no merchant, so that an administrator chooses one. */
  isChooser?: true;
  vendor_id?: string;
  permissions: readonly string[];
  roles: readonly string[];
  /** Whether charges move money: not with a simulator or a test key. */
  live?: boolean;
  expires_at?: string;
}>;

async function read(answer: Response): Promise<Session> {
  const session = (await answer.json()) as Session;
  if (session.merchant_id !== undefined || !mayManage(session)) return session;
  return {
    ...session,
    isChooser: true,
    ...(chosenMerchant === undefined ? {} : { merchant_id: chosenMerchant }),
  };
}

/** The session, or null where there is none. */
export const sessionQuery = queryOptions<Session | null>({
  queryKey: ['session'],
  queryFn: async () => {
    try {
      return await read(await fetchAnswer(SESSION));
    } catch (error) {
      if (statusOf(error) === 401) return null;
      throw error;
    }
  },
  retry: (count, error) => isPassing(error) && count < 2,
  staleTime: Number.POSITIVE_INFINITY,
});

/** How people may log in here, beside a token: a path of this server, which leads to the organisation's provider. */
export const waysQuery = queryOptions({
  queryKey: ['session', 'ways'],
  queryFn: async () => (await (await fetchAnswer(`${SESSION}/ways`)).json()) as { provider: string | null },
  staleTime: Number.POSITIVE_INFINITY,
});

/** The way to the provider, which ends at the page whose address is given, without its fragment. */
export const loginFrom = (page: string, provider: string): string =>
  `${provider}?${new URLSearchParams({ return_to: page.split('#', 1)[0] ?? '' }).toString()}`;

/** Swaps a one-time code or a bearer token for a session; neither is kept. */
export async function logIn(by: Readonly<{ code: string }> | Readonly<{ token: string }>): Promise<Session> {
  return read(
    await fetchAnswer(SESSION, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(by),
    }),
  );
}

export const logOut = (): Promise<Response> => fetchAnswer(SESSION, { method: 'DELETE' });

/** Goes on as another, or as none: what was read under the session before is forgotten. */
export function changeSession(queries: QueryClient, session: Session | null): void {
  queries.setQueryData(sessionQuery.queryKey, session);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
}

export const mayUse = (session: Session, permission: string): boolean =>
  session.merchant_id !== undefined && session.permissions.includes(permission);

/** Whose role decides about payments to vendors; by token alone, merchant or not. */
export const mayApprove = ({ roles }: Session): boolean =>
  roles.includes('dispatcher') || roles.includes('admin');

/** Who manages the merchants of this installation, whether or not they are of one. */
const mayManage = ({ permissions }: Session): boolean => permissions.includes('admin');
