/** Of a row, until one was measured. */
export const ROW_PX = 44;

type Props = Readonly<{ rows: number; rowHeight?: number; columns: number }>;

/** As high as so many rows, in their place: a list keeps its height and where it was scrolled to. */
export const RowSpace = ({ rows, rowHeight = ROW_PX, columns }: Props) => (
  <tr aria-hidden>
    <td colSpan={columns} className="p-0" style={{ height: rows * rowHeight }} />
  </tr>
);
