import { Columns3 } from 'lucide-react';
import { Menu } from '../parts/menu.tsx';
import { COLUMNS, type Column } from './columns.ts';

type Props = Readonly<{ chosen: readonly Column[]; onChoose: (columns: readonly Column[]) => void }>;

/** Which columns the table has beside the amount; a window that is too narrow for one leaves it out. */
export const ColumnMenu = ({ chosen, onChoose }: Props) => (
  <Menu name="Columns" icon={<Columns3 aria-hidden className="size-4" />}>
    {() => (
      <div className="flex flex-col">
        {COLUMNS.map((name, index) => (
          <label key={name} className="flex h-8 items-center gap-2">
            <input
              type="checkbox"
              autoFocus={index === 0}
              className="size-4 accent-accent"
              checked={chosen.includes(name)}
              onChange={({ target }) =>
                onChoose(COLUMNS.filter((each) => (each === name ? target.checked : chosen.includes(each))))
              }
            />
            {name}
          </label>
        ))}
      </div>
    )}
  </Menu>
);
