/** Reads CSV strictly as RFC 4180 has it: CRLF ends a line, quotes stand round whole cells, a quote inside is doubled. */
export function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const [cell, end] = text[at] === '"' ? quoted(text, at + 1) : plain(text, at);
    row.push(cell);
    if (text[end] === ',') {
      at = end + 1;
      if (at === text.length) throw new Error('the file ends in a comma');
      continue;
    }
    if (text.slice(end, end + 2) !== '\r\n') throw new Error(`no line end at ${end}`);
    rows.push(row);
    row = [];
    at = end + 2;
  }
  return rows;
}

function quoted(text: string, from: number): [cell: string, end: number] {
  let cell = '';
  for (let at = from; at < text.length; at++) {
    if (text[at] !== '"') cell += text[at];
    else if (text[at + 1] === '"') cell += text[at++];
    else return [cell, at + 1];
  }
  throw new Error('a quote is never closed');
}

function plain(text: string, from: number): [cell: string, end: number] {
  let at = from;
  while (at < text.length && text[at] !== ',' && text[at] !== '\r') {
    if (text[at] === '"' || text[at] === '\n') throw new Error(`${JSON.stringify(text[at])} outside quotes`);
    at++;
  }
  return [text.slice(from, at), at];
}

/**
 * All cells as spreadsheets read them that look for this separator: any line end ends a line, quotes count only where a cell
 * begins, and what follows closed quotes belongs to the cell.
 */
export function readLeniently(text: string, separator: string): readonly string[] {
  const cells: string[] = [];
  let cell = '';
  let quotes: 'none' | 'open' | 'closed' = 'none';
  let isStart = true;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quotes === 'open') {
      if (character !== '"') cell += character;
      else quotes = 'closed';
    } else if (character === '"' && isStart) quotes = 'open';
    else if (character === '"' && quotes === 'closed' && text[at - 1] === '"') {
      cell += '"';
      quotes = 'open';
    } else if (character === separator || character === '\r' || character === '\n') {
      cells.push(cell);
      cell = '';
      quotes = 'none';
      isStart = true;
      continue;
    } else cell += character;
    isStart = false;
  }
  return [...cells, cell];
}
