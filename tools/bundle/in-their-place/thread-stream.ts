export default function threadStream(): never {
  throw new Error('a function writes its log itself');
}
