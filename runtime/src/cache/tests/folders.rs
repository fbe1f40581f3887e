//! Directories that aren't the user's alone are refused.

use super::*;
use crate::cache::folder::{passable, private};

fn refused(dir: &Path) -> Unavailable {
    open_at(dir).unwrap_err()
}

#[test]
fn a_directory_is_made_for_its_owner_alone() {
    let place = place();
    let dir = place.path().join("a/b/cache");
    open_at(&dir).unwrap();
    for made in ["a", "a/b", "a/b/cache"] {
        let mode = fs::metadata(place.path().join(made)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o700, "{made}");
    }
    assert_eq!(fs::metadata(dir.join("secret")).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn a_directory_open_to_others_is_refused() {
    let place = place();
    let dir = place.path().join("cache");
    fs::create_dir(&dir).unwrap();
    for mode in [0o770, 0o720, 0o701, 0o755, 0o777, 0o1777] {
        chmod(&dir, mode);
        let error = refused(&dir);
        assert!(matches!(&error, Unavailable::Open { mode: m, .. } if *m == mode) && error.is_unsafe(), "{error}");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "something was written");
    }
    chmod(&dir, 0o700);
    open_at(&dir).unwrap();
}

#[test]
fn a_parent_that_others_can_write_is_refused() {
    let place = place();
    let parent = place.path().join("shared");
    fs::create_dir(&parent).unwrap();
    let dir = parent.join("cache");
    for mode in [0o770, 0o775, 0o702, 0o777] {
        chmod(&parent, mode);
        let error = refused(&dir);
        assert!(matches!(&error, Unavailable::Writable { path, .. } if *path == parent), "{error}");
        assert!(error.is_unsafe() && !dir.exists());
    }
    // Others may read it, and may write to it where they can't take away what is ours.
    for mode in [0o755, 0o1777] {
        chmod(&parent, mode);
        open_at(&dir).unwrap();
    }
}

#[test]
fn a_link_in_the_directorys_place_is_refused_and_one_on_the_way_is_followed() {
    let place = place();
    let real = place.path().join("real");
    open_at(&real.join("cache")).unwrap();
    let link = |to: &Path, name: &str| {
        let path = place.path().join(name);
        std::os::unix::fs::symlink(to, &path).unwrap();
        path
    };
    let error = refused(&link(&real.join("cache"), "direct"));
    assert!(matches!(error, Unavailable::Link { .. }) && error.is_unsafe());
    for to in [real.as_path(), Path::new("real"), Path::new("./real/../real")] {
        let way = link(to, "way");
        let cache = open_at(&way.join("cache")).unwrap();
        let key = cache.key(PURPOSE, &[]);
        cache.store(&key, PAYLOAD);
        assert!(real.join("cache").join(key.name()).exists(), "{}", to.display());
        fs::remove_file(way).unwrap();
    }
    let error = refused(&link(Path::new("loop"), "loop").join("cache"));
    assert!(matches!(error, Unavailable::Link { .. }), "{error}");
    // What a link leads through is judged like any other directory.
    chmod(&real, 0o770);
    let error = refused(&link(&real, "way").join("cache"));
    assert!(matches!(&error, Unavailable::Writable { path, .. } if *path == real), "{error}");
}

#[test]
fn somebody_elses_directory_is_refused() {
    let path = Path::new("/d");
    let owner = |result: Result<(), Unavailable>| match result {
        Err(Unavailable::Owner { owner, .. }) => Some(owner),
        _ => None,
    };
    assert!(private(path, 1000, 0o700, 1000).is_ok());
    assert_eq!(owner(private(path, 0, 0o700, 1000)), Some(0));
    assert_eq!(owner(private(path, 1001, 0o700, 1000)), Some(1001));
    assert!(passable(path, 0, 0o755, 1000).is_ok() && passable(path, 1000, 0o750, 1000).is_ok());
    assert_eq!(owner(passable(path, 1001, 0o755, 1000)), Some(1001));
    assert_eq!(owner(passable(path, 1001, 0o1777, 1000)), Some(1001));
    if may_chown("somebody_elses_directory_is_refused") {
        let place = place();
        let parent = place.path().join("theirs");
        fs::create_dir_all(parent.join("cache")).unwrap();
        for theirs in [parent.join("cache"), parent.clone()] {
            std::os::unix::fs::chown(&theirs, Some(12345), None).unwrap();
            let error = refused(&parent.join("cache"));
            assert!(matches!(&error, Unavailable::Owner { path, owner: 12345 } if *path == theirs), "{error}");
        }
        let planted = place.path().join("planted");
        std::os::unix::fs::symlink(place.path(), &planted).unwrap();
        std::os::unix::fs::lchown(&planted, Some(12345), None).unwrap();
        let error = refused(&planted.join("cache"));
        assert!(matches!(&error, Unavailable::Link { path } if *path == planted), "{error}");
    }
}

#[test]
fn a_place_that_cant_be_used_is_no_alarm() {
    let place = place();
    let file = place.path().join("file");
    fs::write(&file, "").unwrap();
    for dir in [file.clone(), file.join("cache")] {
        let error = refused(&dir);
        assert!(matches!(error, Unavailable::Io { .. }) && !error.is_unsafe(), "{error}");
    }
}
