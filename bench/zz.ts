import { memoryStorage } from '../src/adapters/memory/storage.ts';
import { aRequest, systemOver } from './system.ts';
const s = await systemOver(memoryStorage());
for (let r=0;r<3;r++){const t=performance.now();
for (let n=0;n<10000;n++) await s.process(aRequest());
console.log(Math.round(10000/((performance.now()-t)/1000)));}
