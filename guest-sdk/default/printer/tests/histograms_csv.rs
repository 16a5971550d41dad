//! Histograms as lines of CSV.

mod records;

use printer::Format;
use records::histograms::{bare, within, words};
use records::sampled::{linear, log2, open_source, record};
use records::{Batch, print};

#[test]
fn ranges_are_lines_of_csv() {
    let layout = within();
    let key = [&7_u32.to_le_bytes()[..], b"a,\x1b\0\0\0\0\0"].concat();
    let value = [&words::<8>(&[9, 2 << 32 | 1])[..], b"b\0\0\0\0\0\0\0"].concat();
    let empty = [&words::<8>(&[9, 0])[..], b"c\0\0\0\0\0\0\0"].concat();
    let records = [record(&key, &[&value]), record(&key, &[&empty])];
    assert_eq!(
        print(
            &mut open_source(&layout, log2("us"), Format::Csv),
            &Batch::of(&records),
            0
        ),
        "pid,comm,total,comm,unit,from,to,count\n\
         7,\"a,\\x1b\",9,b,us,0,1,1\n\
         7,\"a,\\x1b\",9,b,us,2,3,2\n"
    );
    // A value that is its own counts, and a key that is no struct.
    let counts = record(&[5, 0, 0, 0], &[&words::<8>(&[0, 3])]);
    assert_eq!(
        print(
            &mut open_source(&bare(8, 2), linear(-10, 10), Format::Csv),
            &Batch::of(&[counts]),
            0
        ),
        "key,unit,from,to,count\n5,bytes,-10,-1,0\n5,bytes,0,9,3\n"
    );
}
