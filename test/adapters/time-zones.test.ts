import { systemTimeZones } from '../../src/adapters/system/time-zones.ts';
import { timeZonesContract } from '../contract/time-zones.contract.ts';

timeZonesContract('system', systemTimeZones);
