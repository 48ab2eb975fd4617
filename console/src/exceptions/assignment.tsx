import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import { Failure } from '../parts/answers.tsx';
import { Field } from '../parts/field.tsx';
import { textOf } from '../parts/form-text.ts';
import { useSession } from '../shell/session-context.ts';
import type { Exception } from './exception-queries.ts';

/** Who looks after the exception; left empty, none does. */
export function Assignment({ exception: { id, version, assigned_to } }: Readonly<{ exception: Exception }>) {
  const { subject } = useSession();
  const queries = useQueryClient();
  const assignment = useMutation({
    mutationFn: (to: string | null) =>
      dataOf(
        api.PATCH('/exceptions/{id}', {
          params: { path: { id }, header: { 'If-Match': `"${version}"` } },
          body: { assigned_to: to },
        }),
      ),
    onSuccess: async (now) => {
      queries.setQueryData(['exceptions', 'one', id], now);
      await queries.invalidateQueries({ queryKey: ['exceptions', 'list'] });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!assignment.isPending)
      assignment.mutate(textOf(new FormData(event.currentTarget), 'assigned_to') ?? null);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-40 flex-1">
          <Field
            key={assigned_to ?? ''}
            label="Assigned to"
            name="assigned_to"
            maxLength={320}
            defaultValue={assigned_to}
          />
        </div>
        <button type="submit" className="button h-9" aria-disabled={assignment.isPending}>
          Assign
        </button>
        {assigned_to !== subject && (
          <button
            type="button"
            className="button h-9"
            aria-disabled={assignment.isPending}
            onClick={() => !assignment.isPending && assignment.mutate(subject)}
          >
            To me
          </button>
        )}
      </div>
      {assignment.error !== null && <Failure error={assignment.error} />}
    </form>
  );
}
