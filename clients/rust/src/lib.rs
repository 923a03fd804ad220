#![allow(dead_code)]
mod chain;
mod generated;
