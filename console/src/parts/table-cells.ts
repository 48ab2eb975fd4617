/** How a cell of a table's head looks, whatever its width. */
export const HEAD = 'h-9 px-3 text-left text-xs font-medium text-quiet';
/** And one of its rows: as high as those that stand for it while it is loaded. */
export const CELL = 'h-11 px-3 truncate';
