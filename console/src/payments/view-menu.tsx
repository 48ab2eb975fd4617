import { getRouteApi } from '@tanstack/react-router';
import { Bookmark, Check, Trash2 } from 'lucide-react';
import { type FormEvent, useId } from 'react';
import { textOf } from '../parts/form-text.ts';
import { useKept } from '../parts/kept.ts';
import { Menu } from '../parts/menu.tsx';
import { useSession } from '../shell/session-context.ts';
import { isSame, viewsIn, withView } from './saved-views.ts';

const route = getRouteApi('/payments');

/** Sets of filters under names of one's own; the address stays what is shown. */
export function ViewMenu() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { merchant_id } = useSession();
  const [views, keep] = useKept(`paywright.views.${merchant_id}`, viewsIn);
  const field = useId();
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  const shown = views.find((view) => isSame(view.search, search));
  return (
    <Menu name={shown?.name ?? 'Views'} icon={<Bookmark aria-hidden className="size-4" />}>
      {(close) => (
        <div className="flex flex-col gap-3">
          {views.length === 0 ? (
            <p className="text-quiet">A view is the filters under a name, kept in this browser.</p>
          ) : (
            <ul className="-mx-1.5 flex max-h-64 flex-col overflow-y-auto">
              {views.map((view) => (
                <li key={view.name} className="flex items-center gap-1">
                  <button
                    type="button"
                    autoFocus={view === views[0]}
                    aria-current={view === shown}
                    className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md px-1.5 text-left -outline-offset-2 hover:bg-hover aria-[current=true]:text-accent"
                    onClick={() => {
                      void navigate({ search: view.search });
                      close();
                    }}
                  >
                    <span className="truncate">{view.name}</span>
                    {view === shown && <Check aria-hidden className="size-4 shrink-0" />}
                  </button>
                  <button
                    type="button"
                    className="icon-button shrink-0 -outline-offset-2"
                    aria-label={`Forget ${view.name}`}
                    onClick={() => keep(views.filter((each) => each !== view))}
                  >
                    <Trash2 aria-hidden className="size-4" />
                  </button>
                </li>
              ))}
            </ul>
          )}
          {isFiltered ? (
            <form
              className="flex flex-col gap-1 border-t border-line pt-3"
              onSubmit={(event: FormEvent<HTMLFormElement>) => {
                event.preventDefault();
                const name = textOf(new FormData(event.currentTarget), 'name')?.slice(0, 60);
                if (name === undefined) return;
                keep(withView(views, { name, search }));
                close();
              }}
            >
              <label htmlFor={field} className="text-xs font-medium">
                Keep these filters as
              </label>
              <div className="flex gap-2">
                <input
                  id={field}
                  name="name"
                  maxLength={60}
                  autoComplete="off"
                  autoFocus={views.length === 0}
                  className="field"
                />
                <button type="submit" className="button button-main h-9">
                  Keep
                </button>
              </div>
            </form>
          ) : (
            <p className="border-t border-line pt-3 text-quiet">Set filters to keep them as a view.</p>
          )}
        </div>
      )}
    </Menu>
  );
}
