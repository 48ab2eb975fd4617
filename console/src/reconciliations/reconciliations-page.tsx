import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Upload } from 'lucide-react';
import { useState } from 'react';
import { Empty } from '../parts/answers.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import { useSteadyList } from '../parts/steady-list.ts';
import { reconciliationList } from './reconciliation-queries.ts';
import { ReconciliationTable } from './reconciliation-table.tsx';
import { UploadDialog } from './upload-dialog.tsx';

export function ReconciliationsPage() {
  const navigate = useNavigate();
  const list = useSteadyList(useInfiniteQuery(reconciliationList));
  const [isAsked, setAsked] = useState(false);
  useShortcuts({ n: () => setAsked(true) });
  return (
    <Page
      title="Reconciliation"
      actions={
        <button
          type="button"
          className="button button-main"
          aria-keyshortcuts="n"
          onClick={() => setAsked(true)}
        >
          <Upload aria-hidden className="size-4" />
          Reconcile a file
        </button>
      }
    >
      <List
        list={list}
        name="reconciliations"
        empty={
          <Empty title="No file yet">
            A processor’s file is held row by row against the transactions here.
          </Empty>
        }
      >
        {(rows) => <ReconciliationTable rows={rows} />}
      </List>
      {isAsked && (
        <UploadDialog
          onClose={() => setAsked(false)}
          onOrdered={list.admit}
          onDone={(id) => {
            setAsked(false);
            void navigate({ to: '/reconciliations/$id', params: { id } });
          }}
        />
      )}
    </Page>
  );
}
