import type { ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { checkEach, type Report } from '../kernel/report-findings.ts';
import type { ApprovalsFinding } from './approvals-finding.ts';

const WIDTH = 16;

/** Checks many side by side, so many at once; of several bad ones, the first in order is reported first. Gives what was seen of the others. */
export const checkAll = <Item, Seen>(
  items: readonly Item[],
  report: Report<ApprovalsFinding>,
  check: (item: Item) => ResultAsync<Seen, ApprovalsFinding | StorageUnavailable>,
): ResultAsync<readonly Seen[], ApprovalsFinding | StorageUnavailable> =>
  checkEach(items, { width: WIDTH, report }, check).map((seen) => seen.filter((each) => each !== undefined));
