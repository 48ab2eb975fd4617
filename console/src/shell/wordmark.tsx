import icon from './icon.svg';

export const Wordmark = () => (
  <span className="inline-flex items-center gap-2 text-[15px] font-semibold tracking-tight">
    <img src={icon} alt="" width={24} height={24} className="size-6" />
    paywright
  </span>
);
