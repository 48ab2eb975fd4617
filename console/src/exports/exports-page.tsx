import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { Empty } from '../parts/answers.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import { useSteadyList } from '../parts/steady-list.ts';
import { useClose } from '../parts/way-back.ts';
import { ExportDialog } from './export-dialog.tsx';
import { ExportDrawer } from './export-drawer.tsx';
import { exportList } from './export-queries.ts';
import { ExportTable } from './export-table.tsx';
import { Schedules } from './schedules.tsx';

const route = getRouteApi('/exports');

export function ExportsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useSteadyList(useInfiniteQuery(exportList));
  const closeTo = useClose();
  const close = () => closeTo({});
  const ask = () => void navigate({ search: { kind: 'payments' } });
  useShortcuts({ n: ask });
  return (
    <Page
      title="Exports"
      actions={
        <button type="button" className="button button-main" aria-keyshortcuts="n" onClick={ask}>
          <Plus aria-hidden className="size-4" />
          New export
        </button>
      }
    >
      <List
        list={list}
        name="exports"
        empty={
          <Empty title="No export yet">
            A file of payments, entries or the trail, made by a job and kept for 7 days.
          </Empty>
        }
      >
        {(jobs) => <ExportTable jobs={jobs} />}
      </List>
      {/* Below rows that are on their way it would be moved by them. */}
      {!list.isPending && <Schedules />}
      {search.kind !== undefined && (
        <ExportDialog
          given={search}
          onClose={close}
          onOrdered={list.admit}
          onDone={(id) => void navigate({ search: { export: id }, replace: true })}
        />
      )}
      {search.export !== undefined && <ExportDrawer key={search.export} id={search.export} onClose={close} />}
    </Page>
  );
}
