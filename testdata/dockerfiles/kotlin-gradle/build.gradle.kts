plugins { }
