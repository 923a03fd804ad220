use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What a lock holds. No code of ours panics while it holds one, so that nothing is half done where
/// a caller's thread did.
pub(crate) fn locked<Value>(mutex: &Mutex<Value>) -> MutexGuard<'_, Value> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn reading<Value>(lock: &RwLock<Value>) -> RwLockReadGuard<'_, Value> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn writing<Value>(lock: &RwLock<Value>) -> RwLockWriteGuard<'_, Value> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
