type Props = Readonly<{ isFiltered: boolean; onClear: () => void }>;

/** What ends a form of filters: they count from now on, or none does. */
export const FilterEnd = ({ isFiltered, onClear }: Props) => (
  <div className="flex items-center gap-3">
    <button type="submit" className="button h-9">
      Apply
    </button>
    {isFiltered && (
      <button type="button" className="h-9 font-medium text-accent hover:underline" onClick={onClear}>
        Clear
      </button>
    )}
  </div>
);
